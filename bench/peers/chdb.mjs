// Answers statements over a pipe: on standard input one JSON object a line with the SQL
// and the format of the answer, on standard output the length of the answer in bytes, a
// newline and the answer; a negative length announces a message of an error.
import { createRequire } from 'node:module'
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'

const { Session } = createRequire(process.argv[2] + '/')('chdb')
const session = new Session(process.argv[3])

function answer(sign, text) {
  const body = Buffer.from(text)
  const all = Buffer.concat([Buffer.from(`${sign}${body.length}\n`), body])
  for (let done = 0; done < all.length;) {
    try {
      done += writeSync(1, all, done)
    } catch (e) {
      if (e.code !== 'EAGAIN') throw e
    }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { sql, format } = JSON.parse(line)
  try {
    answer('', session.query(sql, format))
  } catch (e) {
    answer('-', String(e.message || e))
  }
}
session.close()
