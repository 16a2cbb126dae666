"use strict";
// Everything is readable without this: it filters, opens what is linked to, and copies.
(() => {
  const form = document.getElementById("filter");
  const box = document.getElementById("find");
  const chips = [...form.querySelectorAll("input[type=checkbox]")];
  const found = document.getElementById("found");
  const items = [...document.querySelectorAll("[data-find]")].map((element) => ({
    element,
    text: element.textContent.toLowerCase(),
    outcomes: element.dataset.outcomes,
  }));

  function apply() {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = chips.filter((chip) => chip.checked).map((chip) => chip.value);
    const fits = (item) =>
      words.every((word) => item.text.includes(word)) &&
      (!wanted.length || item.outcomes === undefined || wanted.some((letter) => item.outcomes.includes(letter)));
    let shown = 0;
    for (const item of items) {
      item.element.hidden = !fits(item);
      shown += item.element.hidden ? 0 : 1;
    }
    const filtered = words.length || wanted.length;
    found.textContent = filtered ? `${shown} of ${items.length} entries` : "";
    return filtered ? "#" + new URLSearchParams({ q: box.value.trim(), o: wanted.join("") }) : "";
  }

  function follow() {
    const hash = location.hash.slice(1);
    if (/^(q|o)=/.test(hash)) {
      const wanted = new URLSearchParams(hash);
      box.value = wanted.get("q") || "";
      for (const chip of chips) chip.checked = (wanted.get("o") || "").includes(chip.value);
      apply();
      return;
    }
    const target = hash && document.getElementById(hash);
    if (!target) return;
    for (let part = target; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") part.open = true;
      part.hidden = false;
    }
    target.scrollIntoView();
  }

  function remember() {
    const hash = apply();
    try {
      history.replaceState(null, "", hash || location.pathname + location.search);
    } catch {
      // some browsers refuse this for files; the filter works all the same
    }
  }

  async function copy(button) {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", remember);
  addEventListener("hashchange", follow);
  addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      box.focus();
    }
  });
  for (const button of document.querySelectorAll(".copy button")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  follow();
})();
