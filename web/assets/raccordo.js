// The pages work without this file. It folds the navigation on narrow screens, closes the user menu
// as people expect, takes the reader to the list of errors after a form came back, lets a form be sent
// once, keeps what was typed when the language is changed, and says some minutes before that the sign-in ends, with a way to stay.
(() => {
  "use strict";

  // Run from <head>, before the page is drawn: the style sheet folds the navigation only when somebody can unfold it.
  document.documentElement.classList.add("js");

  document.addEventListener("DOMContentLoaded", () => {
    unfoldNavigation(document.querySelector("[data-menu-button]"));
    document.querySelectorAll("details[data-menu]").forEach(closeLikeAMenu);
    showErrors(document.querySelector("[data-error-summary]"));
    // What was done is said first to those who listen, as errors are.
    document.querySelector("[data-flash]")?.focus();
    sendOnce();
    warnBeforeTheEnd(document.querySelector("[data-session]"));
    resumeAfterSignIn(document.querySelector("form[data-resume]"));
    keepWhileTheLanguageChanges(document.querySelector('form[action="/language"]'));
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

  // A second click would send a form twice. The service knows a repetition; this spares it and its reader.
  function sendOnce() {
    const buttonsOf = (form) => [...form.elements].filter((element) => element.type === "submit");
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (form.method !== "post") return;
      if (form.dataset.sending) return event.preventDefault();
      form.dataset.sending = "true";
      form.setAttribute("aria-busy", "true");
      // Not before the browser has read which button was pressed.
      setTimeout(() => buttonsOf(form).forEach((button) => { button.disabled = true; }));
    });
    // Whoever goes back to the page finds it as it was left, with its buttons off.
    window.addEventListener("pageshow", () => {
      for (const form of document.querySelectorAll("form[data-sending]")) {
        delete form.dataset.sending;
        form.removeAttribute("aria-busy");
        buttonsOf(form).forEach((button) => { button.disabled = false; });
      }
    });
  }

  const WARNED_BEFORE = 5 * 60;

  // Seconds are counted from when the page was made, so that a wrong clock on the reader's side does no harm. Tabs tell one
  // another what they hear, because a page opened in one of them puts the end off for all.
  function warnBeforeTheEnd(session) {
    if (!session) return;
    const part = (name) => session.querySelector(`[data-session-${name}]`);
    const tabs = new BroadcastChannel("session");
    let end;
    let isFinal;
    let returnTo;

    // What the page says of the end is true of the end that the page was made with.
    const learn = (state) => {
      if (end !== undefined) part("text").hidden = true;
      end = Date.now() + state.secondsLeft * 1000;
      isFinal = state.isFinal;
      show();
    };
    const show = () => {
      const left = Math.round((end - Date.now()) / 1000);
      const warned = left <= WARNED_BEFORE && left > 0;
      const minutes = String(Math.ceil(left / 60));
      if (warned && part("minutes").textContent !== minutes) part("minutes").textContent = minutes;
      part("last").hidden = !isFinal;
      part("stay").hidden = isFinal;
      part("notice").hidden = !warned;
      part("over").hidden = left > 0;
      if (!warned && returnTo) returnTo.focus();
      if (!warned) returnTo = undefined;
    };
    const stay = async () => {
      returnTo = lastField;
      const answer = await fetch("/session", { headers: { accept: "application/json" } }).catch(() => undefined);
      if (!answer) return;
      const told = answer.ok ? await answer.json() : { seconds_left: 0, is_final: true };
      const state = { secondsLeft: told.seconds_left, isFinal: told.is_final };
      learn(state);
      tabs.postMessage(state);
    };

    let lastField;
    document.addEventListener("focusin", ({ target }) => {
      if (!session.contains(target)) lastField = target;
    });
    part("stay").addEventListener("click", stay);
    tabs.addEventListener("message", ({ data }) => learn(data));
    const made = { secondsLeft: Number(session.dataset.session), isFinal: "sessionFinal" in session.dataset };
    learn(made);
    tabs.postMessage(made);
    // A sleeping computer stops timers: what is shown is worked out from the clock each time.
    setInterval(show, 1000);
    document.addEventListener("visibilitychange", show);
  }

  // The form waits until its reader has signed in beside it, and then comes back by itself.
  function resumeAfterSignIn(form) {
    if (!form) return;
    document.addEventListener("visibilitychange", async () => {
      if (document.visibilityState !== "visible") return;
      const answer = await fetch("/session", { headers: { accept: "application/json" } }).catch(() => undefined);
      if (answer?.ok) form.requestSubmit();
    });
  }

  // The page in the other language is a new one: what was typed goes to it, and nowhere else. A browser lets no page fill in a
  // file, so it has to be chosen again.
  function keepWhileTheLanguageChanges(switcher) {
    const kept = "raccordo-typed";
    const fields = () => [...document.querySelectorAll('main form[method="post"] :is(input, select, textarea)')]
      .filter((field) => field.name && !["hidden", "file", "password"].includes(field.type));
    const isTicked = (field) => ["checkbox", "radio"].includes(field.type);
    const typed = JSON.parse(sessionStorage.getItem(kept) ?? "null");
    sessionStorage.removeItem(kept);
    if (typed?.page === location.pathname + location.search) {
      fields().forEach((field, place) => {
        const [name, value, ticked] = typed.fields[place] ?? [];
        if (name !== field.name) return;
        if (isTicked(field)) field.checked = ticked;
        else field.value = value;
      });
    }
    switcher?.addEventListener("submit", () => {
      const page = switcher.elements.back.value;
      sessionStorage.setItem(kept, JSON.stringify({ page, fields: fields().map((field) => [field.name, field.value, field.checked]) }));
    });
  }

  // Without "(optional)": beside a refusal it would contradict it.
  function bare(label) {
    const copy = label.cloneNode(true);
    copy.querySelector(".rc-optional")?.remove();
    return copy.textContent.trim();
  }
})();
