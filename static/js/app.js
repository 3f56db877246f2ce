// The entry of every page: each module looks after one concern.
import "./answers.js";
import "./live.js";
import "./toasts.js";
import "./dialogs.js";
import "./forms.js";
import "./folding.js";
import "./strips.js";
import "./tray.js";
import "./upload/form.js";
import "./upload/adding.js";
import "./upload/dropping.js";
import "./cards.js";
import "./detail.js";
import "./findings.js";
import "./copying.js";
import "./polling.js";
import "./opened.js";
import "./palette.js";
import "./focus.js"; // after what knows better where the focus goes
