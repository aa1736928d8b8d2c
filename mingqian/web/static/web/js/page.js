// Behaviour of every signed-in page. Each module does nothing where its elements are absent.
import { startDeeds } from "./deeds.js";
import { startForms } from "./forms.js";
import { startListing } from "./listing.js";
import { startMenu } from "./menu.js";
import { startPalette } from "./palette.js";
import { startPickers } from "./pickers.js";
import { startToasts } from "./toasts.js";

startMenu();
startPalette();
startToasts();
startDeeds();
startForms();
startPickers(document);
startListing(document);

document.addEventListener("htmx:load", (event) => {
  startPickers(event.target);
  startListing(event.target);
});
