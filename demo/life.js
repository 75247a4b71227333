// The demo's computation: Conway's game of life on a torus, with a hash of each hundredth generation.
var width = 64, height = 48, cells = [], seed = 7;
for (var i = 0; i < width * height; i++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    cells.push(seed % 3 === 0 ? 1 : 0);
}
function step(old) {
    return old.map(function (cell, at) {
        var x = at % width, y = (at - x) / width, sum = 0;
        for (var dy = -1; dy <= 1; dy++) {
            var row = (y + dy + height) % height * width;
            for (var dx = -1; dx <= 1; dx++) sum += old[row + (x + dx + width) % width];
        }
        return sum === 3 || (sum === 4 && cell) ? 1 : 0;
    });
}
for (var generation = 1; generation <= 300; generation++) {
    cells = step(cells);
    if (generation % 25) continue;
    var hash = cells.reduce(function (h, cell, at) { return (h * 31 + cell * at) % 1000003; }, 0);
    print('generation ' + generation + ': ' + cells.reduce(function (a, b) { return a + b; }, 0) + ' alive, hash ' + hash);
}
print(JSON.stringify({ last: cells.slice(0, width).map(function (c) { return c ? '#' : '.'; }).join('') }));
