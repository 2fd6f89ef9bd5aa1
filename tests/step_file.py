"""A box as STEP (ISO 10303-21, AP214), written by hand: its faces with their edges and planes."""

from __future__ import annotations

from collections.abc import Collection
from itertools import count

_HEADER = """ISO-10303-21;
HEADER;
FILE_DESCRIPTION((''),'2;1');
FILE_NAME('box','2026-01-01T00:00:00',(''),(''),'','','');
FILE_SCHEMA(('AUTOMOTIVE_DESIGN { 1 0 10303 214 1 1 1 1 }'));
ENDSEC;
DATA;
"""
_FACES = (
    # Corners by their bits (x, y, z), counted round as seen from outside; the outward direction.
    ((0, 2, 3, 1), (0, 0, -1)), ((4, 5, 7, 6), (0, 0, 1)), ((0, 1, 5, 4), (0, -1, 0)),
    ((2, 6, 7, 3), (0, 1, 0)), ((0, 4, 6, 2), (-1, 0, 0)), ((1, 3, 7, 5), (1, 0, 0)),
)  # fmt: skip


class _Writer:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self._numbers = count(1)

    def add(self, text: str) -> str:
        name = f"#{next(self._numbers)}"
        self.lines.append(f"{name}={text};")
        return name

    def point(self, place: tuple[float, ...]) -> str:
        return self.add(f"CARTESIAN_POINT('',{_numbers(place)})")

    def direction(self, way: tuple[float, ...]) -> str:
        return self.add(f"DIRECTION('',{_numbers(way)})")


def _numbers(values: tuple[float, ...]) -> str:
    return f"({','.join(f'{float(value):.6f}' for value in values)})"


def box_step(
    x: float = 30,
    y: float = 20,
    z: float = 10,
    *,
    without: Collection[int] = (),
    shell: str = "CLOSED_SHELL",
) -> bytes:
    """A box of these sides in mm, one corner at the origin; ``without`` some of its six faces, and with
    its shell as said."""
    write = _Writer()
    places = [(x * (n & 1), y * (n >> 1 & 1), z * (n >> 2)) for n in range(8)]
    corners = [write.add(f"VERTEX_POINT('',{write.point(place)})") for place in places]
    edges: dict[tuple[int, int], str] = {}

    def oriented(one: int, other: int) -> str:
        low, high = sorted((one, other))
        if (low, high) not in edges:
            way = tuple(b - a for a, b in zip(places[low], places[high], strict=True))
            long = sum(map(abs, way))
            vector = write.direction(tuple(part / long for part in way))
            vector = write.add(f"VECTOR('',{vector},1.)")
            line = write.add(f"LINE('',{write.point(places[low])},{vector})")
            edges[low, high] = write.add(
                f"EDGE_CURVE('',{corners[low]},{corners[high]},{line},.T.)"
            )
        right = ".T." if one < other else ".F."
        return write.add(f"ORIENTED_EDGE('',*,*,{edges[low, high]},{right})")

    faces = []
    for number, (ring, outward) in enumerate(_FACES):
        if number in without:
            continue
        sides = [oriented(*pair) for pair in zip(ring, (*ring[1:], ring[0]), strict=True)]
        loop = write.add(f"EDGE_LOOP('',({','.join(sides)}))")
        bound = write.add(f"FACE_OUTER_BOUND('',{loop},.T.)")
        along = tuple(
            (b - a) / (x if axis == 0 else y if axis == 1 else z)
            for axis, (a, b) in enumerate(zip(places[ring[0]], places[ring[1]], strict=True))
        )
        frame = (write.point(places[ring[0]]), write.direction(outward), write.direction(along))
        plane = write.add(f"AXIS2_PLACEMENT_3D('',{','.join(frame)})")
        plane = write.add(f"PLANE('',{plane})")
        faces.append(write.add(f"ADVANCED_FACE('',({bound}),{plane},.T.)"))
    shell = write.add(f"{shell}('',({','.join(faces)}))")
    solid = write.add(f"MANIFOLD_SOLID_BREP('box',{shell})")
    _product(write, solid)
    return (_HEADER + "\n".join(write.lines) + "\nENDSEC;\nEND-ISO-10303-21;\n").encode()


def _product(write: _Writer, solid: str) -> None:
    """What says that the solid is a part, and that its lengths are mm."""
    mm = write.add("(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.))")
    turn = write.add("(NAMED_UNIT(*)PLANE_ANGLE_UNIT()SI_UNIT($,.RADIAN.))")
    solid_turn = write.add("(NAMED_UNIT(*)SI_UNIT($,.STERADIAN.)SOLID_ANGLE_UNIT())")
    fine = write.add(
        f"UNCERTAINTY_MEASURE_WITH_UNIT(LENGTH_MEASURE(1.E-07),{mm},'distance_accuracy_value','')"
    )
    context = write.add(
        "(GEOMETRIC_REPRESENTATION_CONTEXT(3)"
        f"GLOBAL_UNCERTAINTY_ASSIGNED_CONTEXT(({fine}))"
        f"GLOBAL_UNIT_ASSIGNED_CONTEXT(({mm},{turn},{solid_turn}))"
        "REPRESENTATION_CONTEXT('',''))"
    )
    origin = (write.point((0, 0, 0)), write.direction((0, 0, 1)), write.direction((1, 0, 0)))
    axes = write.add(f"AXIS2_PLACEMENT_3D('',{','.join(origin)})")
    shape = write.add(f"ADVANCED_BREP_SHAPE_REPRESENTATION('',({axes},{solid}),{context})")
    application = write.add("APPLICATION_CONTEXT('automotive design')")
    product = write.add(
        f"PRODUCT('box','box','',({write.add(f'''PRODUCT_CONTEXT('',{application},'mechanical')''')}))"
    )
    formation = write.add(f"PRODUCT_DEFINITION_FORMATION('','',{product})")
    stage = write.add(f"PRODUCT_DEFINITION_CONTEXT('part definition',{application},'design')")
    definition = write.add(f"PRODUCT_DEFINITION('design','',{formation},{stage})")
    whole = write.add(f"PRODUCT_DEFINITION_SHAPE('','',{definition})")
    write.add(f"SHAPE_DEFINITION_REPRESENTATION({whole},{shape})")
