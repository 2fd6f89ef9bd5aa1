"""Opens Printflow's files in the slicer of a staff PC.

It uses the standard library only and is independent of the other two packages: it's installed on
every staff PC, where nothing else of Printflow is needed.
"""

from typing import Final

__version__: Final = "0.1.0"
