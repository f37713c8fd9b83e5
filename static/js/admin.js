// The forms in which staff write: lessons and exercises.
import "./admin/scripted.js"
import "./admin/clock.js"
import "./admin/rows.js"
import "./admin/load_editors.js"
import "./admin/checking.js"
import "./admin/keeping.js"
import "./admin/images.js"
import "./admin/saving.js"
