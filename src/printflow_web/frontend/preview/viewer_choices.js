// What can be chosen below the picture, where there is something to choose: the file's own colors or the
// one that was chosen, and a model on its flat side or as its file has it.
export class ViewerChoices {
  // painted: told whether in its own colors; laid: whether on its flat side
  constructor(texts, { painted, laid }) {
    this.texts = texts;
    this.hasColors = false;
    this.element = document.createElement("div");
    this.element.className = "viewer-choices";
    this.note = document.createElement("p");
    this.note.className = "small quiet";
    this.note.setAttribute("role", "status");
    this.colors = this.button(() => painted(!this.own));
    this.lying = this.button(() => {
      this.showLaid(true, !this.isLaid);
      laid(this.isLaid);
    });
    this.element.append(this.note, this.lying, this.colors);
    this.element.hidden = true;
  }

  button(clicked) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small";
    button.hidden = true;
    button.addEventListener("click", clicked);
    return button;
  }

  // chosen: whether there is a color beside the file's own
  showColors(chosen, own) {
    this.own = own;
    this.colors.hidden = !(this.hasColors && chosen);
    this.colors.textContent = own ? this.texts.oneColor : this.texts.ownColors;
    this.settle();
  }

  // can: whether there is a side to lie on
  showLaid(can, laid = can) {
    this.isLaid = laid;
    this.lying.hidden = !can;
    this.lying.textContent = laid ? this.texts.asFiled : this.texts.lay;
    this.note.textContent = can && laid ? this.texts.laid : "";
    this.note.hidden = !this.note.textContent;
    this.settle();
  }

  settle() {
    this.element.hidden = this.colors.hidden && this.lying.hidden;
  }
}
