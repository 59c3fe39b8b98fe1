// The pages work without this file. It folds the navigation on narrow screens, closes the user menu
// as people expect, and takes the reader to the list of errors after a form came back.
(() => {
  "use strict";

  // Run from <head>, before the page is drawn: the style sheet folds the navigation only when somebody can unfold it.
  document.documentElement.classList.add("js");

  document.addEventListener("DOMContentLoaded", () => {
    unfoldNavigation(document.querySelector("[data-menu-button]"));
    document.querySelectorAll("details[data-menu]").forEach(closeLikeAMenu);
    showErrors(document.querySelector("[data-error-summary]"));
  });

  function unfoldNavigation(button) {
    if (!button) return;
    const navigation = document.getElementById(button.getAttribute("aria-controls"));
    const set = (open) => {
      button.setAttribute("aria-expanded", String(open));
      navigation.classList.toggle("is-open", open);
    };
    button.addEventListener("click", () => set(button.getAttribute("aria-expanded") !== "true"));
    navigation.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      set(false);
      button.focus();
    });
  }

  function closeLikeAMenu(menu) {
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  function showErrors(summary) {
    if (!summary) return;
    document.title = `${summary.dataset.errorSummary}: ${document.title}`;
    // "The field is required" four times over says little: each line begins with the name its field has on the page.
    for (const link of summary.querySelectorAll('a[href^="#"]')) {
      const field = document.querySelector(link.hash);
      const name = field?.closest("fieldset.rc-choices")?.querySelector("legend") ?? field?.labels?.[0];
      if (name) link.prepend(`${bare(name)}: `);
    }
    summary.focus();
  }

  // Without "(optional)": beside a refusal it would contradict it.
  function bare(label) {
    const copy = label.cloneNode(true);
    copy.querySelector(".rc-optional")?.remove();
    return copy.textContent.trim();
  }
})();
