// The button that opens the browser's print dialog.
export function printPage() {
  return {
    print() {
      window.print();
    },
  };
}
