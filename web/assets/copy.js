// A button that copies the address beside it. Without this file the button stays hidden and the address can be selected.
(() => {
  "use strict";

  // Browsers offer the clipboard only to pages reached by https or on the reader's own machine.
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    const status = document.querySelector("[data-copied]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.select();
      await navigator.clipboard.writeText(field.value);
      status.textContent = status.dataset.copied;
    });
  }
})();
