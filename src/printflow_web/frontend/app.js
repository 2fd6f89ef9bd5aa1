// The scripts of every page. Alpine's CSP build evaluates no strings, so that the pages' policy
// can stay "script-src 'self'".
import Alpine from "@alpinejs/csp";

window.Alpine = Alpine;
Alpine.start();
