"""Models of the kinds that people send, made by arithmetic: vertices (n,3) in mm, faces (m,3)."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Mesh = tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]


def box(x: float = 40, y: float = 30, z: float = 20) -> Mesh:
    corners = np.array([[i & 1, i >> 1 & 1, i >> 2] for i in range(8)], np.float32)
    faces = [
        [0, 2, 1], [1, 2, 3], [4, 5, 6], [5, 7, 6], [0, 1, 4], [1, 5, 4],
        [2, 6, 3], [3, 6, 7], [0, 4, 2], [2, 4, 6], [1, 3, 5], [3, 7, 5],
    ]  # fmt: skip
    return corners * np.array([x, y, z], np.float32), np.array(faces, np.int32)


def joined(*meshes: Mesh) -> Mesh:
    """Several bodies in one file."""
    sizes = np.cumsum([0, *(len(points) for points, _ in meshes)])
    faces = [faces + before for (_, faces), before in zip(meshes, sizes, strict=False)]
    return np.concatenate([points for points, _ in meshes]), np.concatenate(faces).astype(np.int32)


def moved(mesh: Mesh, x: float = 0, y: float = 0, z: float = 0) -> Mesh:
    return (mesh[0] + np.array([x, y, z], np.float32)).astype(np.float32), mesh[1]


def grid(surface: Callable[..., object], columns: int, rows: int) -> Mesh:
    """A sheet of columns × rows fields: surface(u, v) gives x, y, z for u, v in 0..1."""
    u, v = np.meshgrid(np.linspace(0, 1, columns + 1), np.linspace(0, 1, rows + 1))
    points = np.stack(np.broadcast_arrays(*surface(u, v)), -1).reshape(-1, 3)  # type: ignore[misc]
    first = np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)
    a, b = first.reshape(-1), first.reshape(-1) + columns + 1
    faces = np.concatenate([np.stack([a, a + 1, b], 1), np.stack([a + 1, b + 1, b], 1)])
    return points.astype(np.float32), faces.astype(np.int32)


def sphere(radius: float = 20, columns: int = 64, rows: int = 32) -> Mesh:
    def surface(u: npt.NDArray[np.float64], v: npt.NDArray[np.float64]) -> object:
        a, b = 2 * np.pi * u, np.pi * (v - 0.5)
        return radius * np.cos(a) * np.cos(b), radius * np.sin(a) * np.cos(b), radius * np.sin(b)

    return grid(surface, columns, rows)


def prism(outline: npt.NDArray[np.float64], height: float) -> Mesh:
    """A star-shaped outline (n,2) drawn up to `height`, closed above and below."""
    count = len(outline)
    ring = np.arange(count)
    after = (ring + 1) % count
    middle = outline.mean(0)
    points = np.concatenate(
        [np.c_[outline, np.zeros(count)], np.c_[outline, np.full(count, height)],
         [[*middle, 0], [*middle, height]]]
    )  # fmt: skip
    faces = np.concatenate(
        [np.c_[ring, after, ring + count], np.c_[after, after + count, ring + count],
         np.c_[after, ring, np.full(count, 2 * count)],
         np.c_[ring + count, after + count, np.full(count, 2 * count + 1)]]
    )  # fmt: skip
    return points.astype(np.float32), faces.astype(np.int32)


def gear(teeth: int = 24, radius: float = 25, height: float = 8) -> Mesh:
    """A spur gear with a boss."""
    at = np.arange(teeth * 8) / (teeth * 8) * 2 * np.pi
    wave = np.clip(2.2 * np.sin(at * teeth), -1, 1)
    r = radius + 2.2 * wave
    wheel = prism(np.c_[r * np.cos(at), r * np.sin(at)], height)
    ring = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    boss = prism(np.c_[9 * np.cos(ring), 9 * np.sin(ring)], height + 7)
    return joined(wheel, boss)


def vase(height: float = 180, columns: int = 240, rows: int = 160) -> Mesh:
    def surface(u: npt.NDArray[np.float64], v: npt.NDArray[np.float64]) -> object:
        a = 2 * np.pi * (u + 0.25 * v)
        r = 28 + 10 * np.sin(5 * v) + 2.5 * np.cos(10 * 2 * np.pi * u)
        return r * np.cos(a), r * np.sin(a), height * v

    return grid(surface, columns, rows)


def scan(columns: int = 500, rows: int = 250) -> Mesh:
    """A lump with rough skin, as a hand scanner gives it."""
    chance = np.random.default_rng(5)
    rough = chance.normal(0, 0.12, (rows + 1, columns + 1))
    rough[:, -1] = rough[:, 0]

    def surface(u: npt.NDArray[np.float64], v: npt.NDArray[np.float64]) -> object:
        a, b = 2 * np.pi * u, np.pi * (v - 0.5)
        r = 30 + 5 * np.sin(3 * a) * np.cos(2 * b) + 3 * np.sin(5 * b + 2 * a) + rough
        return r * np.cos(a) * np.cos(b), 0.8 * r * np.sin(a) * np.cos(b), 1.2 * r * np.sin(b)

    return grid(surface, columns, rows)


def terrain(side: int = 707) -> Mesh:
    """Hills: 2 · side² triangles (one million by default)."""

    def surface(u: npt.NDArray[np.float64], v: npt.NDArray[np.float64]) -> object:
        z = 9 * np.sin(7 * u) * np.cos(5 * v) + 4 * np.sin(19 * u + 11 * v) + 1.5 * np.sin(43 * v)
        return 150 * u, 120 * v, z + 16

    return grid(surface, side, side)


def lattice(cells: int = 5, pitch: float = 10, strut: float = 1.6) -> Mesh:
    size = cells * pitch + strut
    bars = []
    for one in range(cells + 1):
        for two in range(cells + 1):
            a, b = one * pitch, two * pitch
            bars += [
                moved(box(size, strut, strut), 0, a, b),
                moved(box(strut, size, strut), a, 0, b),
                moved(box(strut, strut, size), a, b, 0),
            ]
    return joined(*bars)


def text_plate() -> Mesh:
    """A name plate: 80 × 24 × 2 mm with raised blocks that read as letters."""
    parts = [box(80, 24, 2)]
    rows = (
        "####.###..#.#..#.####",
        "#..#.#..#.#.##.#..#..",
        "####.###..#.#.##..#..",
        "#....#.#..#.#..#..#..",
        "#....#..#.#.#..#..#..",
    )
    for down, row in enumerate(rows):
        for along, sign in enumerate(row):
            if sign == "#":
                parts.append(moved(box(3.2, 3.2, 0.8), 6.4 + 3.2 * along, 16.2 - 3.2 * down, 2))
    return joined(*parts)


def sheet() -> Mesh:
    """A single layer without thickness."""
    return grid(lambda u, v: (90 * u, 60 * v, 0 * u), 4, 3)


def several() -> Mesh:
    """Bodies beside each other, as someone fills a plate."""
    return joined(
        box(20, 20, 20),
        moved(sphere(11), 38, 10, 11),
        moved(gear(16, 12, 5), 12, 42),
        moved(vase(46, 60, 40), 62, 48),
    )


def bracket() -> Mesh:
    """An angle with a rib and rounded bosses: small details on large flats."""
    ring = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    boss = prism(np.c_[5 * np.cos(ring), 5 * np.sin(ring)], 4)
    return joined(
        box(60, 40, 4),
        moved(box(60, 4, 45), 0, 36, 0),
        moved(box(4, 32, 20), 28, 4, 4),
        moved(boss, 12, 14, 4),
        moved(boss, 48, 14, 4),
    )


def tubes(side: int = 90) -> Mesh:
    """Three tubes around each other: overhangs everywhere."""

    def tube(turn: float) -> Callable[..., object]:
        def surface(u: npt.NDArray[np.float64], v: npt.NDArray[np.float64]) -> object:
            a, t = 2 * np.pi * u, v
            x, y = 16 * np.cos(9 * t + turn), 16 * np.sin(9 * t + turn)
            return x + 5 * np.cos(a), y + 5 * np.sin(a), 80 * t + 0 * a

        return surface

    return joined(*(grid(tube(turn), 40, side * 2) for turn in (0.0, 2.09, 4.19)))


MODELS: dict[str, Callable[[], Mesh]] = {
    "box": box,
    "gear": gear,
    "bracket": bracket,
    "vase": vase,
    "scan": scan,
    "terrain": terrain,
    "lattice": lattice,
    "text plate": text_plate,
    "sheet": sheet,
    "several": several,
    "tubes": tubes,
    "sphere": sphere,
}
