// The exercise page. One behaviour a module; without JavaScript the form posts and the attempt's own page shows the result.
import "./exercise/scripted.js"; // first: the others find what it unpacks
import "./exercise/views.js";
import "./exercise/split.js";
import "./exercise/fold.js";
import "./exercise/file_tabs.js";
import "./exercise/settings.js";
import "./exercise/conflict.js";
import "./exercise/size.js";
import "./exercise/reset.js";
import "./exercise/jump.js";
import "./exercise/help.js";
import "./exercise/submit.js";
import "./exercise/run.js";
import "./exercise/load_editor.js";
