# The demo's computation: Conway's game of life as a set of cells, with generators, exceptions, big numbers and a dict.
from itertools import product
from collections import Counter

WIDTH, HEIGHT = 64, 48


def seeds(seed=7):
    while True:
        seed = (seed * 1103515245 + 12345) % 2**31
        yield seed


def neighbours(cell):
    x, y = cell
    for dx, dy in product((-1, 0, 1), repeat=2):
        if dx or dy:
            yield (x + dx) % WIDTH, (y + dy) % HEIGHT


def step(alive):
    counts = Counter(n for cell in alive for n in neighbours(cell))
    return {cell for cell, n in counts.items() if n == 3 or (n == 2 and cell in alive)}


random = seeds()
for world in range(1, 16):
    alive = {cell for cell in product(range(WIDTH), range(HEIGHT)) if next(random) % 3 == 0}
    history = 1
    for generation in range(200):
        alive = step(alive)
        history = history * 31 + sum(x * y for x, y in alive)
    print(f"world {world}: {len(alive)} alive, {len(str(history))} digits of history", flush=True)
try:
    print({y: "".join("#" if (x, y) in alive else "." for x in range(WIDTH)) for y in range(3)}["none"])
except KeyError as missing:
    print(f"history modulo a prime: {history % (2**61 - 1)}, no row {missing}")
