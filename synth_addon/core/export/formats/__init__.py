"""The formats that ship, one file each; `registry` finds them, and those of other packages."""
