// The desk's pages, after the readers' script. Every page works without it.
import "./desk-queue.js";
import "./desk-keys.js";
import "./desk-story.js";
import "./desk-release.js";
import "./desk-leaving.js";
import "./desk-media.js";
import "./desk-order.js";
import "./desk-find.js";
import "./desk-choose.js";
