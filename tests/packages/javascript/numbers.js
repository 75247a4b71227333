// Floating point: iteration, formatting, parsing.
var x = 0.5, lines = [];
for (var i = 0; i < 3000; i++) {
    x = 3.9 * x * (1 - x);
    if (i % 500 === 0) lines.push(x.toString(), x.toFixed(6), x.toExponential(3), parseFloat(String(x)) === x);
}
print(lines.join(' '));
print(Math.sin(1e6).toFixed(9), Math.pow(2, 0.5), 0.1 + 0.2, 1e21, 1 / 3, (255).toString(16), (0.1).toString(2).length);
