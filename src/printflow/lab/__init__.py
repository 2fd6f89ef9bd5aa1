"""The composition root: what a lab is made of, and how it is opened. Nothing else joins the rooms."""
