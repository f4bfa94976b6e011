import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArticleText, short } from '../widget/passages_text.js';

/** As much of a node as the walk looks at. @typedef {any} Node */

/**
 * An element with its children, or with attributes before them.
 *
 * @param {string} localName
 * @param {...(Node | string)} children
 * @returns {Node}
 */
function h(localName, ...children) {
  const [first] = children;
  const attributes = typeof first === 'object' && !('nodeType' in first) ? children.shift() : {};
  const nodes = children.map((child) => (typeof child === 'string' ? { nodeType: 3, data: child } : child));
  nodes.forEach((node, at) => (node.nextSibling = nodes[at + 1] ?? null));
  const hasAttribute = (/** @type {string} */ name) => name in attributes;
  return { nodeType: 1, localName, hasAttribute, firstChild: nodes[0] ?? null };
}

for (const [name, root, text] of /** @type {const} */ ([
  ['runs of white space are one space', h('p', ' a \n\t b  '), 'a b'],
  ['a space may belong to either side', h('p', 'a', h('b', ' b '), h('i', ' c')), 'a b c'],
  ['parts of a word are one word', h('p', 'a', h('b', 'b'), 'c'), 'abc'],
  ['blocks stand in lines of their own', h('div', h('p', 'a '), ' ', h('p', ' b')), 'a\nb'],
  ['a block within a text parts it', h('div', 'a', h('p', 'b'), 'c'), 'a\nb\nc'],
  ['a line ends at <br>', h('p', 'a', h('br'), ' b', h('br'), h('br'), 'c'), 'a\nb\nc'],
  ['lists count', h('ul', h('li', 'a'), h('li', 'b')), 'a\nb'],
  [
    'tables and captions count',
    h('table', h('caption', 'c'), h('tbody', h('tr', h('th', 'a'), h('td', 'b')))),
    'c\na\nb',
  ],
  ['pictures count by their captions', h('figure', h('img'), h('figcaption', 'a')), 'a'],
  [
    'what is not read as part of it does not count',
    h('p', 'a', h('script', 'b'), h('style', 'c'), h('noscript', 'd'), h('svg', 'e'), h('button', 'f'), h('iframe'), 'g'),
    'ag',
  ],
  ['what is hidden does not count', h('p', 'a', h('b', { hidden: '' }, 'b'), 'c'), 'ac'],
  ['what is hidden parts what is beside it, as a block does', h('div', 'a', h('p', { hidden: '' }, 'b'), 'c'), 'a\nc'],
  ['what the page leaves out does not count', h('p', 'a', h('b', { 'data-rejoinder-ignore': '' }, 'b'), 'c'), 'ac'],
  ['what is ours does not count', h('p', 'a', h('rejoinder-passage', 'b'), 'c', h('rejoinder-thread', 'd')), 'ac'],
  ['comments in the source do not count', h('p', 'a', { nodeType: 8, data: 'b' }, 'c'), 'ac'],
  ['an empty article has no text', h('article', ' \n '), ''],
])) {
  test(`text of an article: ${name}`, () => {
    assert.equal(new ArticleText(root).text, text);
  });
}

/** What a range was made of. */
function ranges() {
  /** @type {any[]} */
  const set = [];
  const range = {
    setStart: (/** @type {Node} */ node, /** @type {number} */ at) => set.push(node.data.slice(at)),
    setEnd: (/** @type {Node} */ node, /** @type {number} */ at) => set.push(node.data.slice(0, at)),
  };
  return { set, ownerDocument: { createRange: () => range } };
}

for (const [name, start, end, from, to] of /** @type {const} */ ([
  ['within a text', 4, 9, 'first line ', 'The first'],
  ['over several texts', 10, 20, 'line ', 'and'],
  ['without the end of the line before it', 14, 16, 'x ', ' x'],
])) {
  test(`a part of the text is shown by the page: ${name}`, () => {
    const { set, ownerDocument } = ranges();
    const text = (/** @type {string} */ data) => ({ nodeType: 3, data, ownerDocument });
    const root = h('div', h('p', text('The first line ')), h('p', text(' x '), h('b', text('and more'))));
    const article = new ArticleText(root);
    assert.equal(article.text, 'The first line\nx and more');

    assert.ok(article.range(start, end));

    assert.deepEqual(set, [from, to]);
  });
}

test('the first words of a passage are shown, and that there are more', () => {
  assert.equal(short(' a  b\nc ', 3), 'a b c');
  assert.equal(short('a b c d', 3), 'a b c …');
});
