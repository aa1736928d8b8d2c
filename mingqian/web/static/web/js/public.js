// Behaviour of pages without sign-in.
import { startDeeds } from "./deeds.js";
import { startForms } from "./forms.js";

startDeeds();
startForms();
