import { writeFileSync } from 'node:fs';
import { profileJsonSchema } from './profile-json-schema';

/** `npm run schema`: writes the JSON Schema that the editors of profiles use. */
const [target = 'agents/profile.schema.json'] = process.argv.slice(2);
writeFileSync(target, `${JSON.stringify(profileJsonSchema(), null, 2)}\n`);
