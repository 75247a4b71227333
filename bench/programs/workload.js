// Objects, closures, strings, arrays, a regular expression and JSON: what scripts do.
function Node(key) { this.key = key; this.left = null; this.right = null; }
function insert(node, key) {
    if (!node) return new Node(key);
    if (key < node.key) node.left = insert(node.left, key); else node.right = insert(node.right, key);
    return node;
}
function walk(node, visit) { if (node) { walk(node.left, visit); visit(node.key); walk(node.right, visit); } }
var seed = 7, root = null, sum = 0, words = [], counts = {};
for (var i = 0; i < size; i++) {
    seed = (seed * 16807) % 2147483647;
    root = insert(root, seed);
    var word = 'w' + (seed % 500).toString(36);
    counts[word] = (counts[word] || 0) + 1;
    words.push(word);
}
walk(root, function (key) { sum = (sum * 31 + key) % 1000003; });
var text = words.join(' ').replace(/w(\w)/g, '$1-');
var copy = JSON.parse(JSON.stringify(counts)), total = 0;
for (var k in copy) total += copy[k];
words.sort();
var primes = [], composite = [];
for (var n = 2; n < size; n++) {
    if (composite[n]) continue;
    primes.push(n);
    for (var m = n * n; m < size; m += n) composite[m] = true;
}
print([sum, text.length, total, words[0], primes.length, Math.round(Math.sqrt(sum) * 1000)].join(' '));
