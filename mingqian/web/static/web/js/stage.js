// Behaviour of the projector page.
import { startDeeds } from "./deeds.js";
import { startForms } from "./forms.js";
import { startToasts } from "./toasts.js";

startToasts();
startDeeds();
startForms();
