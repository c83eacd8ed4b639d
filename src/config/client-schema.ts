import * as z from 'zod';
import { strict } from './strict.ts';
import { choice, label, mapping, text, wants } from './values.ts';

const maxAnswers = 100;

/** What the client of a case answers when the server asks it. */
export function clientSchema() {
  return strict({
    elicitation: several(elicitation(), '`{ action, content }`')
      .exactOptional()
      .describe('Answers to questions to the user.'),
    sampling: several(sampling(), '`{ text }`').exactOptional().describe('Answers of the model.'),
    roots: several(root(), '`{ uri }`').exactOptional().describe('The folders that the client names.'),
  }).meta({
    description:
      'What the client answers when the server asks it, one answer or a list: given one after another, the last again and again. Each kind is declared as a capability; the case has a process of its own.',
    examples: [{ elicitation: { action: 'accept', content: { name: 'Ada' } }, sampling: { text: 'yes' } }],
    minProperties: 1,
  });
}

function elicitation() {
  return strict({
    action: choice(['accept', 'decline', 'cancel']).describe('What the user does.'),
    content: mapping(z.unknown(), 'a mapping from fields to values')
      .exactOptional()
      .describe('What the user fills in; goes with `accept`.'),
  });
}

function sampling() {
  return strict({
    text: text('a text').describe('What the model says.'),
    model: label('the name of a model').default('mcp-workflow').describe('The name that the model gives itself.'),
  });
}

function root() {
  return strict({
    uri: text('a URI')
      .regex(/^file:\/\/\S*$/, 'expected a URI that begins with `file://`, such as `file:///work`')
      .describe('Begins with `file://`.'),
    name: label('a name').exactOptional().describe('For readers.'),
  });
}

/** One answer or a list of them, as a list. */
function several<Answer extends z.ZodType>(one: Answer, what: string) {
  const list = z.array(one, wants(`a list of ${what}`)).max(maxAnswers, `expected at most ${maxAnswers} answers`);
  return z
    .union([one, list], wants(`${what}, or a list of them`))
    .transform((value): z.output<Answer>[] => (Array.isArray(value) ? value : [value]));
}
