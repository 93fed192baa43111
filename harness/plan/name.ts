/** What scenarios, stories, workers and tabs may be called: a name is a part of file paths and of sentences. */
export const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const NAME_RULE = 'must be lower-case letters, digits and dashes';
