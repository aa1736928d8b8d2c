// Runs before the first paint: what only works with scripts is hidden without them.
document.documentElement.classList.add("scripted");
