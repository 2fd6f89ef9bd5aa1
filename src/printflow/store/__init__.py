"""The files of a lab on a disk or a share: every open, rename and removal in its folder."""
