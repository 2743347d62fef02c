// The reader's pages: htmx and one small module per behaviour. Every page works without it; each module says what is lost then.
import "htmx.org/dist/htmx.esm.min.js";

import "./status.js";
import "./once.js";
import "./prefs.js";
import "./menu.js";
import "./dialog.js";
import "./times.js";
import "./readbar.js";
import "./share.js";
import "./worker.js";
import "./offline.js";
import "./follow.js";
import "./saved.js";
import "./savedlist.js";
import "./since.js";
import "./toc.js";
import "./loadmore.js";
import "./drafts.js";
import "./limits.js";
import "./comments.js";
import "./stay.js";
