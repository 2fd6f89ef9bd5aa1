// The scripts of every page. Alpine's CSP build evaluates no strings, so that the pages' policy
// can stay "script-src 'self'". Every page also works without any of this.
import Alpine from "@alpinejs/csp";

import { actionDialog } from "./components/action_dialog.js";
import { bulkBar } from "./components/bulk_bar.js";
import { busyPrinters } from "./components/busy_printers.js";
import { confirmTotal } from "./components/confirm_total.js";
import { copyText } from "./components/copy_text.js";
import { costPreview } from "./components/cost_preview.js";
import { costTable } from "./components/cost_table.js";
import { guardedForm } from "./components/guarded_form.js";
import { keyboard } from "./components/keyboard.js";
import { liveList } from "./components/live_list.js";
import { lookAgain } from "./components/look_again.js";
import { mailPreview } from "./components/mail_preview.js";
import { closeMenus } from "./components/menus.js";
import { modelViewer } from "./components/model_viewer.js";
import { newName } from "./components/new_name.js";
import { openHint } from "./components/open_hint.js";
import { paymentSum } from "./components/payment_sum.js";
import { pickUpFields } from "./components/pick_up_fields.js";
import { printPage } from "./components/print_page.js";
import { queueOrder } from "./components/queue_order.js";
import { reportPeriod } from "./components/report_period.js";
import { scanCode } from "./components/scan_code.js";
import { submitForm } from "./components/submit_form.js";
import { showCurrentTab } from "./components/tabs.js";
import { undoFor } from "./components/undo_for.js";
import { focusSummary } from "./components/validation.js";

Alpine.data("actionDialog", actionDialog);
Alpine.data("bulkBar", bulkBar);
Alpine.data("busyPrinters", busyPrinters);
Alpine.data("confirmTotal", confirmTotal);
Alpine.data("copyText", copyText);
Alpine.data("costPreview", costPreview);
Alpine.data("costTable", costTable);
Alpine.data("guardedForm", guardedForm);
Alpine.data("liveList", liveList);
Alpine.data("lookAgain", lookAgain);
Alpine.data("mailPreview", mailPreview);
Alpine.data("modelViewer", modelViewer);
Alpine.data("newName", newName);
Alpine.data("openHint", openHint);
Alpine.data("paymentSum", paymentSum);
Alpine.data("pickUpFields", pickUpFields);
Alpine.data("printPage", printPage);
Alpine.data("queueOrder", queueOrder);
Alpine.data("reportPeriod", reportPeriod);
Alpine.data("scanCode", scanCode);
Alpine.data("submitForm", submitForm);
Alpine.data("undoFor", undoFor);

closeMenus(document);
keyboard(document);
showCurrentTab(document);
Alpine.start();
focusSummary(document);
