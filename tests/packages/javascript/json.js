// JSON there and back, with nested arrays, escapes and numbers.
var tree = { name: 'root "quoted" \u00e9\u20ac', list: [], depth: 0 };
var node = tree;
for (var i = 0; i < 40; i++) {
    node.child = { name: 'node' + i, list: [i / 3, -i * 1e10, i % 2 === 0, null, 'x\ty'], depth: i };
    node = node.child;
}
var text = JSON.stringify(tree);
for (var n = 0; n < 20; n++) text = JSON.stringify(JSON.parse(text));
var hash = 0;
for (var k = 0; k < text.length; k++) hash = (hash * 31 + text.charCodeAt(k)) | 0;
print(text.length, hash);
