// Every page. One behaviour a module; each finds its elements by data attribute and does nothing without them.
// Imports end with a semicolon because Django gives hashed names only to those (without Node nothing is bundled).
import "./zone.js";
import "./theme.js";
import "./shortcuts.js";
import "./search.js";
import "./outline.js";
import "./anchors.js";
import "./contents.js";
import "./copy.js";
import "./messages.js";
import "./waits.js";
import "./folding.js"; // after copy: its button comes before that one
import "./run_links.js"; // after copy: Run comes last in a head
import "./variants.js"; // after copy: it looks for buttons
import "./overflow.js";
