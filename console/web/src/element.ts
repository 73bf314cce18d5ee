// element makes an HTML element with a class and children. Text stays text.
export function element<K extends keyof HTMLElementTagNameMap>(name: K, className: string, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const e = document.createElement(name);
  if (className) e.className = className;
  e.append(...children);
  return e;
}

// find returns the page's element of that id.
export function find<T extends HTMLElement>(id: string): T {
  const e = document.getElementById(id);
  if (!e) throw new Error(`the page has no element ${id}`);
  return e as T;
}

export function button(className: string, label: string, onClick: () => void): HTMLButtonElement {
  const b = element("button", className, label);
  b.type = "button";
  b.addEventListener("click", onClick);
  return b;
}
