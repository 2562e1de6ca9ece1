/**
 * Takes the names of functions out of a bundle that esbuild has built with `keepNames`. Only those of classes matter:
 * Jovo tells components, outputs and plugins apart by them. Every other one costs bytes, and a call at each start.
 */
import { parseSync } from '@swc/core';

/** `o(someFunction,"itsName")`: the helper that esbuild puts before everything else. */
const HELPER = /[;,\s]([\w$]+)=\((\w+),(\w+)\)=>[\w$]+\(\2,"name",/;

export function withoutFunctionNames(code) {
  const helper = HELPER.exec(code)?.[1];
  if (!helper) throw new Error('esbuild names functions in another way than function-names.mjs knows');
  const bytes = Buffer.from(code, 'utf8');
  const program = parseSync(code, { syntax: 'ecmascript', target: 'es2022' });
  const cuts = [];
  const cut = (start, end) => cuts.push([start - program.span.start, end - program.span.start]);

  function unwrap(call, parent) {
    const { type, callee, arguments: given } = call;
    if (type !== 'CallExpression' || callee.type !== 'Identifier' || callee.value !== helper) return;
    const [{ expression: named }, name] = given;
    if (name?.expression.type !== 'StringLiteral') return;
    if (parent.type === 'ExpressionStatement' && named.type === 'Identifier') {
      cut(parent.span.start, parent.span.end);
    } else if (isFunction(named) && needsNoParentheses(call, parent)) {
      cut(call.span.start, named.span.start);
      cut(named.span.end, call.span.end);
    }
  }

  function walk(node, parent) {
    if (node === null || typeof node !== 'object') return;
    if (node.type === 'CallExpression') unwrap(node, parent);
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) for (const each of value) walk(each, node);
      else walk(value, node);
    }
  }
  walk(program, undefined);

  cuts.sort(([a], [b]) => a - b);
  const kept = [];
  let from = 0;
  for (const [start, end] of cuts) {
    kept.push(bytes.subarray(from, start));
    from = end;
  }
  kept.push(bytes.subarray(from));
  return Buffer.concat(kept).toString('utf8');
}

const isFunction = ({ type }) => type === 'ArrowFunctionExpression' || type === 'FunctionExpression';

/** Where a function may stand as it is: after `=`, `:` or `return`, in a list, as an argument. */
function needsNoParentheses(call, parent) {
  switch (parent.type) {
    case 'VariableDeclarator':
      return parent.init === call;
    case 'AssignmentExpression':
      return parent.right === call;
    case 'KeyValueProperty':
    case 'ReturnStatement':
      return true;
    default:
      // An argument or an element of a list: swc wraps it.
      return parent.type === undefined && parent.expression === call && 'spread' in parent;
  }
}
