// Sorting with a comparison function, and garbage by the way.
var seed = 42, words = [];
function random() { return seed = (seed * 1103515245 + 12345) % 2147483648; }
for (var i = 0; i < 1500; i++) words.push({ key: random() % 1000, text: 'w' + i });
words.sort(function (a, b) { return a.key - b.key || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0); });
var hash = 0;
words.forEach(function (w, i) { hash = (hash * 33 + w.key * i) | 0; });
print(words[0].key, words[749].text, words[1499].text, hash);
