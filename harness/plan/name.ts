/** Valid names of scenarios, stories, workers and tabs; names are used in file paths and messages. */
export const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const NAME_RULE = 'must be lower-case letters, digits and dashes';
