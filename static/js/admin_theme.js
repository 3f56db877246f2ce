// The administration follows the theme that was chosen for the pages.
const chosen = /(?:^|;\s*)theme=(dark|light|auto)/.exec(document.cookie);
document.documentElement.dataset.theme = chosen ? chosen[1] : "auto";
