import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greet } from './greeting.js';

test('greets by name', () => {
  assert.match(greet('Ada', 9), /Ada/);
});

test('says good morning before noon', () => {
  assert.match(greet('Ada', 9), /^Good morning/);
});
