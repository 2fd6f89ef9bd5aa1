"""The lab's files on a disk or share: every open, rename and deletion in its folder."""
