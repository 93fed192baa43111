import { expect, it } from 'vitest';
import { defineConfig } from './define-config.ts';

it.each(['__proto__', 'constructor', 'prototype'])(
  'a config with the field %s is refused, and changes no object',
  (name) => {
    expect(() => defineConfig({ [name]: { subject: 'other' } })).toThrow(`config has no field "${name}"`);
    expect({}).not.toHaveProperty('subject');
  },
);
