// A careful order service in Fastify: JWT, JSON schema, one durable write, projected lists, a page by EJS.
const { randomUUID } = require('node:crypto')
const { MongoClient } = require('mongodb')
const { createVerifier } = require('fast-jwt')
const ejs = require('ejs')
const fs = require('node:fs')
const path = require('node:path')

const text = maxLength => ({ type: 'string', maxLength })
const whole = minimum => ({ type: 'integer', minimum })
const object = (properties, required) => ({ type: 'object', additionalProperties: false, required, properties })
const address = object(
  { street: text(120), postal_code: text(12), city: text(80), country: { type: 'string', pattern: '^[A-Z]{2}$' } },
  ['city', 'country'],
)
const coordinate = most => ({ type: 'number', minimum: -most, maximum: most })
const site = object(
  {
    name: text(120), address, latitude: coordinate(90), longitude: coordinate(180),
    contact_name: text(120), contact_phone: text(40),
  },
  ['name', 'address'],
)
const moment = { type: 'string', format: 'date-time' }
const stop = object({ kind: { enum: ['pickup', 'delivery'] }, site, from_at: moment, until_at: moment }, ['kind', 'site'])
const goods = object(
  {
    description: text(200), quantity: whole(1), weight_kg: { type: 'number', exclusiveMinimum: 0 },
    pallets: whole(0), packaging: text(20),
  },
  ['description', 'quantity', 'weight_kg'],
)
const body = object(
  {
    reference: text(40), consignee_name: text(120), instructions: text(1000),
    stops: { type: 'array', minItems: 2, maxItems: 20, items: stop },
    goods: { type: 'array', minItems: 1, maxItems: 100, items: goods },
  },
  ['stops', 'goods'],
)
const ROW = {
  reference: 1, state: 1, createdAt: 1, consignee_name: 1, 'stops.site.name': 1, 'stops.site.address.city': 1,
  'stops.from_at': 1, 'stops.until_at': 1, 'goods.weight_kg': 1, 'goods.pallets': 1,
}

async function main() {
  const client = await new MongoClient(process.env.MONGO, { maxPoolSize: 50 }).connect()
  const orders = client.db('peer').collection('orders', { writeConcern: { w: 'majority', j: true } })
  await orders.createIndex({ org: 1, createdAt: -1, _id: -1 })
  await orders.createIndex({ org: 1, reference: 1 }, { unique: true })
  const page = ejs.compile(fs.readFileSync(path.join(__dirname, 'orders.ejs'), 'utf8'))
  const verify = createVerifier({ key: process.env.SECRET, algorithms: ['HS256'] })
  const list = (org, count) =>
    orders.find({ org }, { projection: ROW }).sort({ createdAt: -1, _id: -1 }).limit(count).toArray()

  const app = require('fastify')({ logger: false, ajv: { customOptions: { removeAdditional: false, coerceTypes: false } } })
  app.decorateRequest('user', null)
  const onRequest = (request, reply, done) => {
    try {
      request.user = verify((request.headers.authorization || '').slice(7))
      done()
    } catch {
      reply.code(401).send({})
    }
  }
  app.post('/api/orders', { onRequest, schema: { body } }, async (request, reply) => {
    const { tid: org, sub: createdBy } = request.user
    const order = {
      _id: randomUUID(), org, createdBy, state: 'draft', createdAt: new Date(), ...request.body,
      reference: request.body.reference || randomUUID(),
    }
    await orders.insertOne(order)
    reply.code(201)
    return order
  })
  app.get('/api/orders', { onRequest }, async request => ({ items: await list(request.user.tid, 50) }))
  app.get('/orders', { onRequest }, async (request, reply) => {
    reply.type('text/html')
    return page({ orders: await list(request.user.tid, 50) })
  })
  await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
}

main()
