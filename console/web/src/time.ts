// Timestamps as the server writes them: UTC with nine digits after the second.

const form = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?$/;

// seconds since 1970, or NaN for a text that is no timestamp.
export function seconds(text: string): number {
  const m = form.exec(text);
  return m ? Date.parse(`${m[1]}T${m[2]}Z`) / 1000 + Number(m[3] ?? 0) : NaN;
}

// brief leaves out the zeros after the last digit that says something.
export function brief(text: string): string {
  return text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}
