// The statement's box: a textarea with a layer behind it that underlines errors.

import { rangeOf } from "./place";
import type { Place } from "./wire";

const kept = "tidemark.statement";

export class Editor {
  constructor(
    private readonly area: HTMLTextAreaElement,
    private readonly shadow: HTMLElement,
    run: () => void,
  ) {
    area.value = recall();
    area.addEventListener("input", () => {
      this.clear();
      remember(area.value);
    });
    area.addEventListener("scroll", () => this.align());
    area.addEventListener("keydown", (e) => {
      if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
        e.preventDefault();
        run();
      }
    });
  }

  get text(): string {
    return this.area.value;
  }

  set text(text: string) {
    this.area.value = text;
    this.clear();
    remember(text);
    this.area.focus();
  }

  // mark underlines a place and puts the cursor there.
  mark(place: Place): void {
    const text = this.area.value;
    const { start, end } = rangeOf(text, place);
    const wrong = document.createElement("mark");
    wrong.textContent = text.slice(start, end);
    this.shadow.replaceChildren(text.slice(0, start), wrong, text.slice(end) + "\n");
    this.area.focus();
    this.area.setSelectionRange(start, start);
    this.align();
  }

  clear(): void {
    this.shadow.replaceChildren();
  }

  private align(): void {
    this.shadow.scrollTop = this.area.scrollTop;
    this.shadow.scrollLeft = this.area.scrollLeft;
  }
}

// Storage may be switched off; then nothing is remembered.
function recall(): string {
  try {
    return localStorage.getItem(kept) ?? "";
  } catch {
    return "";
  }
}

function remember(text: string): void {
  try {
    localStorage.setItem(kept, text);
  } catch {
    return;
  }
}
