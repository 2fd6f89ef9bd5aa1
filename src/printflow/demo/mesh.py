"""Closed triangle meshes from simple descriptions: lofts, extrusions, voxels and height fields.

Lengths are in mm, z is up, and triangles turn counterclockwise seen from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Faces = NDArray[np.int64]


@dataclass(frozen=True)
class Mesh:
    """Vertices (n × 3, in mm) and triangles (m × 3 indices of vertices)."""

    vertices: Points
    faces: Faces

    def moved(self, x: float = 0, y: float = 0, z: float = 0) -> Mesh:
        """The mesh somewhere else."""
        return Mesh(self.vertices + np.array([x, y, z]), self.faces)

    def stood_up(self) -> Mesh:
        """The mesh turned by 90° about the x axis: what was up is now to the front."""
        x, y, z = self.vertices.T
        return Mesh(np.column_stack([x, -z, y]), self.faces)

    def on_bed(self) -> Mesh:
        """The mesh standing on z = 0, centered."""
        low, high = self.vertices.min(axis=0), self.vertices.max(axis=0)
        middle = (low + high) / 2
        return self.moved(-middle[0], -middle[1], -low[2])


@dataclass(frozen=True)
class Outline:
    """A flat triangulation: points (n × 2, in mm) and triangles, counterclockwise."""

    points: Points
    faces: Faces


def joined(meshes: Iterable[Mesh]) -> Mesh:
    """Several bodies as one model."""
    vertices: list[Points] = []
    faces: list[Faces] = []
    count = 0
    for mesh in meshes:
        vertices.append(mesh.vertices)
        faces.append(mesh.faces + count)
        count += len(mesh.vertices)
    return Mesh(np.vstack(vertices), np.vstack(faces))


def _outward(mesh: Mesh) -> Mesh:
    """The closed mesh with its triangles turned so that it encloses a positive volume."""
    a, b, c = (mesh.vertices[mesh.faces[:, corner]] for corner in range(3))
    volume = float(np.einsum("ij,ij->", a, np.cross(b, c)))
    return mesh if volume > 0 else Mesh(mesh.vertices, mesh.faces[:, ::-1])


def circle(radius: float, count: int, z: float = 0) -> Points:
    """A ring of points."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.column_stack(
        [radius * np.cos(angle), radius * np.sin(angle), np.full(count, float(z))]
    )


def polar(radii: Points, z: float = 0) -> Points:
    """A ring of points at even angles with these radii."""
    ring = circle(1, len(radii), z)
    ring[:, :2] *= radii[:, None]
    return ring


def lofted(rings: Sequence[Points], *, closed: bool = False) -> Mesh:
    """The skin through rings of equally many points.

    ``closed`` joins the last ring to the first; otherwise both ends are capped at their centers.
    """
    count, size = len(rings), len(rings[0])
    vertices = np.vstack(rings)
    here = np.arange(size)
    there = np.roll(here, -1)
    faces: list[Faces] = []
    for number in range(count if closed else count - 1):
        low, high = number * size, (number + 1) % count * size
        faces.append(np.column_stack([low + here, low + there, high + there]))
        faces.append(np.column_stack([low + here, high + there, high + here]))
    if not closed:
        vertices = np.vstack([vertices, rings[0].mean(axis=0), rings[-1].mean(axis=0)])
        first, last = np.full(size, count * size), np.full(size, count * size + 1)
        top = (count - 1) * size
        faces.append(np.column_stack([first, there, here]))
        faces.append(np.column_stack([last, top + here, top + there]))
    return _outward(Mesh(vertices, np.vstack(faces)))


def revolved(profile: Sequence[tuple[float, float]], segments: int = 96) -> Mesh:
    """A solid of revolution from (radius, z) pairs; both ends are capped."""
    return lofted([circle(radius, segments, z) for radius, z in profile])


def tube(path: Points, radius: float, segments: int = 24) -> Mesh:
    """A round tube along a closed path that is nowhere straight."""
    tangent = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    bend = np.roll(path, -1, axis=0) - 2 * path + np.roll(path, 1, axis=0)
    binormal = np.cross(tangent, bend)
    binormal /= np.linalg.norm(binormal, axis=1, keepdims=True)
    normal = np.cross(binormal, tangent)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    around = circle(radius, segments)
    rings = [
        point + around[:, :1] * across + around[:, 1:2] * up
        for point, across, up in zip(path, normal, binormal, strict=True)
    ]
    return lofted(rings, closed=True)


def extruded(outline: Outline, height: float) -> Mesh:
    """The outline, raised: a lid, a floor and walls along the edges that only one triangle has."""
    count = len(outline.points)
    floor = np.column_stack([outline.points, np.zeros(count)])
    lid = floor + np.array([0, 0, height])
    edges = {
        (int(face[corner]), int(face[(corner + 1) % 3]))
        for face in outline.faces
        for corner in range(3)
    }
    rim = [(a, b) for a, b in sorted(edges) if (b, a) not in edges]
    walls = [(a, b, b + count) for a, b in rim] + [(a, b + count, a + count) for a, b in rim]
    faces = np.vstack([outline.faces[:, ::-1], outline.faces + count, np.array(walls)])
    return Mesh(np.vstack([floor, lid]), faces)


def ribbon(path: Sequence[tuple[float, float]], width: float) -> Outline:
    """A strip of even width along an open path, with mitered corners."""
    line = np.array(path, dtype=float)
    step = np.diff(line, axis=0)
    step /= np.linalg.norm(step, axis=1, keepdims=True)
    across = np.column_stack([-step[:, 1], step[:, 0]])
    before, after = np.vstack([across[:1], across]), np.vstack([across, across[-1:]])
    miter = before + after
    miter *= width / np.einsum("ij,ij->i", miter, miter)[:, None]
    points = np.vstack([line - miter, line + miter])
    count = len(line)
    here = np.arange(count - 1)
    faces = np.vstack(
        [
            np.column_stack([here, here + 1, here + 1 + count]),
            np.column_stack([here, here + 1 + count, here + count]),
        ]
    )
    return Outline(points, faces)


def cells(
    centers: Sequence[tuple[float, float]], border: Points, holes: Sequence[float]
) -> Outline:
    """Cells of one border each, side by side: solid where the hole's radius is 0.

    ``border`` holds a cell's points about its center; neighbors share theirs.
    """
    points: list[tuple[float, float]] = []
    known: dict[tuple[float, float], int] = {}

    def index(x: float, y: float) -> int:
        key = (round(x, 4) + 0.0, round(y, 4) + 0.0)
        if key not in known:
            known[key] = len(points)
            points.append(key)
        return known[key]

    faces: list[tuple[int, int, int]] = []
    unit = border / np.linalg.norm(border, axis=1, keepdims=True)
    for (x, y), hole in zip(centers, holes, strict=True):
        rim = [index(x + dx, y + dy) for dx, dy in border]
        inner = [index(x + dx, y + dy) for dx, dy in unit * hole]
        for a, b, c, d in zip(rim, rim[1:] + rim[:1], inner[1:] + inner[:1], inner, strict=True):
            faces.append((a, b, d))
            if c != d:
                faces.append((b, c, d))
    return Outline(np.array(points), np.array(faces))


def tiles(rows: Sequence[str], size: float, hole: float = 0) -> Outline:
    """A plate of square tiles from a drawing: ``#`` solid, ``o`` with a round hole, else nothing."""
    side = np.linspace(-0.5, 0.5, 7)[:-1] * size
    far = np.full(6, size / 2)
    border = np.vstack(
        [
            np.column_stack([side, -far]),
            np.column_stack([far, side]),
            np.column_stack([-side, far]),
            np.column_stack([-far, -side]),
        ]
    )
    places = [
        ((column * size, -row * size), hole if mark == "o" else 0.0)
        for row, line in enumerate(rows)
        for column, mark in enumerate(line)
        if mark in "#o"
    ]
    return cells([center for center, _ in places], border, [radius for _, radius in places])


def voxels(filled: NDArray[np.bool_], size: float) -> Mesh:
    """The skin of a block of cubes."""
    inside = np.pad(filled, 1)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    quads: list[NDArray[np.int64]] = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for side in (1, -1):
            places = np.argwhere(inside & ~np.roll(inside, -side, axis=axis))
            shape = np.zeros((4, 3), dtype=np.int64)
            shape[:, axis] = max(side, 0)
            shape[:, u], shape[:, v] = corners.T if side > 0 else corners[::-1].T
            quads.append((places[:, None, :] + shape[None]).reshape(-1, 3))
    vertices, index = np.unique(np.vstack(quads), axis=0, return_inverse=True)
    quad = index.reshape(-1, 4)
    faces = np.vstack([quad[:, [0, 1, 2]], quad[:, [0, 2, 3]]])
    return Mesh(vertices.astype(np.float64) * size, faces)


def height_field(
    height: Callable[[Points, Points], Points], side: float, count: int, base: float
) -> Mesh:
    """A square landscape with a flat floor; ``height`` takes x and y in mm."""
    line = np.linspace(-side / 2, side / 2, count)
    x, y = (grid.ravel() for grid in np.meshgrid(line, line))
    here = np.arange(count * count).reshape(count, count)
    a, b, c, d = (
        corner.ravel() for corner in (here[:-1, :-1], here[:-1, 1:], here[1:, 1:], here[1:, :-1])
    )
    flat = Outline(
        np.column_stack([x, y]),
        np.vstack([np.column_stack([a, b, c]), np.column_stack([a, c, d])]),
    )
    block = extruded(flat, base)
    block.vertices[count * count :, 2] += height(x, y)
    return block
