// tus-js-client in a file of its own, for only the form that takes models wants it.
import { Upload } from "tus-js-client";

window.PrintflowTus = { Upload };
