// The desk in a browser that runs scripts: the same pages, with less waiting. Nothing here is needed.

import { startKeys } from "./keys.js";
import { startPaper } from "./paper.js";
import { startSwapping } from "./swap.js";

startSwapping();
startKeys();
startPaper();
