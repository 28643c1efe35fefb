"use strict";
// Arrow keys and j, k follow the page's links; f goes to the flag. Without a script everything can be clicked.
(() => {
  const follow = (selector) => {
    const link = document.querySelector(selector);
    if (link) location.assign(link.href);
    return link !== null;
  };
  const actions = {
    ArrowLeft: () => follow("a[rel=prev]:not([data-up])"),
    j: () => follow("a[rel=prev]:not([data-up])"),
    ArrowRight: () => follow("a[rel=next]:not([data-down])"),
    k: () => follow("a[rel=next]:not([data-down])"),
    ArrowUp: () => follow("a[data-up]"),
    ArrowDown: () => follow("a[data-down]"),
    Enter: () => follow("a[data-enter]"),
    Escape: () => follow("a[data-escape]"),
    f: () => {
      const note = document.querySelector("[data-flag]");
      if (note) { note.scrollIntoView({ block: "center" }); note.focus(); note.select(); }
      return note !== null;
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const field = event.target.closest("input, textarea, select");
    if (field) {
      if (event.key === "Escape") field.blur();
      // Enter saves a note, Shift+Enter begins a line.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && field.matches("[data-flag]")) {
        event.preventDefault();
        field.form.requestSubmit(field.form.querySelector("[data-save]"));
      }
      return;
    }
    if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : null;
    if (action && action()) event.preventDefault();
  });
  // Choosing in a list is enough; fields that say nothing stay out of the address.
  for (const form of document.querySelectorAll("form[data-submit]")) {
    form.addEventListener("submit", () => {
      for (const field of form.elements) {
        if (field.value === "" || (field.name === "sort" && field.value === "id")) field.disabled = true;
      }
    });
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, input[type=checkbox]")) form.requestSubmit();
    });
  }
  addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("form[data-submit] :disabled")) field.disabled = false;
  });
})();
