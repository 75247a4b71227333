// Regular expressions with backtracking, captures and replacement by a function.
var text = '';
for (var i = 0; i < 200; i++) text += 'key' + i + '=' + (i * i) + (i % 7 ? '; ' : ';\n');
var sum = 0;
var replaced = text.replace(/(\w+)=(\d+);/g, function (all, key, value) { sum += +value; return value + '->' + key; });
print(sum, replaced.length, replaced.split(/\s+/).length, /(a+)+b/.test('aaaaaaaaaaaaaac'));
print(/^(?:key(\d+)=(\d+); ?\n?)+$/.exec(text).slice(1).join());
