import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { OPERATIONS } from '../../../test/kit/management-api.ts'
import { createComponentSchemas } from './component-schemas.ts'
import { createOpenApiDocument } from './openapi.ts'

// biome-ignore lint/suspicious/noExplicitAny: a document of many shapes
const document: any = createOpenApiDocument(OPERATIONS)('https://login.example.com/')

/** The operations of experimentation on the wire, with their scopes. */
const WIRE = `
get    /experimentation/experiments                             get_experiments              read:experimentation
post   /experimentation/experiments                             create_experiment            create:experimentation
get    /experimentation/experiments/{id}                        get_experiment               read:experimentation
patch  /experimentation/experiments/{id}                        update_experiment            update:experimentation
delete /experimentation/experiments/{id}                        delete_experiment            delete:experimentation
post   /experimentation/experiments/{id}/status                 update_experiment_status     update:experimentation
post   /experimentation/experiments/{id}/validate               validate_experiment          read:experimentation
post   /experimentation/experiments/{id}/advance-ramp           advance_experiment_ramp      update:experimentation
get    /experimentation/feature-flags                           get_feature_flags            read:experimentation
post   /experimentation/feature-flags                           create_feature_flag          create:experimentation
get    /experimentation/feature-flags/{id}                      get_feature_flag             read:experimentation
patch  /experimentation/feature-flags/{id}                      update_feature_flag          update:experimentation
delete /experimentation/feature-flags/{id}                      delete_feature_flag          delete:experimentation
post   /experimentation/feature-flags/{id}/status               update_feature_flag_status   update:experimentation
get    /experimentation/feature-flags/{id}/variations           get_variations               read:experimentation
post   /experimentation/feature-flags/{id}/variations           create_variation             create:experimentation
get    /experimentation/feature-flags/{id}/variations/{vid}     get_variation                read:experimentation
patch  /experimentation/feature-flags/{id}/variations/{vid}     update_variation             update:experimentation
delete /experimentation/feature-flags/{id}/variations/{vid}     delete_variation             delete:experimentation
get    /experimentation/segments                                get_segments                 read:experimentation
post   /experimentation/segments                                create_segment               create:experimentation
get    /experimentation/segments/{id}                           get_segment                  read:experimentation
patch  /experimentation/segments/{id}                           update_segment               update:experimentation
delete /experimentation/segments/{id}                           delete_segment               delete:experimentation
`
  .trim()
  .split('\n')
  .map(line => line.split(/ +/))

/** Those that this product adds. */
const OURS = `
post   /experimentation/experiments/{id}/refresh                refresh_experiment              update:experimentation
get    /experimentation/settings                                get_experimentation_settings    read:experimentation
patch  /experimentation/settings                                update_experimentation_settings update:experimentation
`
  .trim()
  .split('\n')
  .map(line => line.split(/ +/))

test('the operations of experimentation are those of the wire and three of this server alone', () => {
  const described = Object.entries<Record<string, { operationId: string; security: object[] }>>(document.paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, security }]) => [
        method,
        path,
        operationId,
        ...security.flatMap(entry => ('oAuth2ClientCredentials' in entry ? entry.oAuth2ClientCredentials : [])),
      ]),
  )
  const ours = described.filter(([, path]) => String(path).startsWith('/experimentation/'))
  assert.deepEqual(ours.map(String).toSorted(), [...WIRE, ...OURS].map(String).toSorted())
})

test('it is OpenAPI 3.1 of this tenant, with both ways to authenticate', () => {
  assert.equal(document.openapi, '3.1.0')
  assert.deepEqual(document.servers, [{ url: 'https://login.example.com/api/v2' }])
  const { bearerAuth, oAuth2ClientCredentials } = document.components.securitySchemes
  assert.equal(bearerAuth.scheme, 'bearer')
  assert.equal(oAuth2ClientCredentials.flows.clientCredentials.tokenUrl, 'https://login.example.com/oauth/token')
})

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name,
  )
  assert.ok(references.length > 20)
  for (const name of references) assert.ok(document.components.schemas[String(name)], name)
})

test('what the Beta requires of its answers is required of ours', () => {
  const required = (schema: string): string[] => document.components.schemas[schema].required
  const common = ['id', 'name', 'created_at', 'updated_at']
  for (const key of [...common, 'type', 'status']) assert.ok(required('FeatureFlag').includes(key), key)
  for (const key of [...common, 'feature_flag_id', 'overrides']) assert.ok(required('Variation').includes(key), key)
  for (const key of [...common, 'type', 'rules']) assert.ok(required('Segment').includes(key), key)
  for (const key of [
    ...common,
    'feature_flag_id',
    'authentication_flow',
    'allocation_strategy',
    'assignment_config',
    'status',
    'is_valid',
    'allocations',
  ]) {
    assert.ok(required('Experiment').includes(key), key)
  }
})

test('bodies are closed, and their limits are those of the wire', () => {
  const { schemas } = document.components
  for (const name of [
    'FeatureFlagCreation',
    'VariationChange',
    'SegmentCreation',
    'ExperimentCreation',
    'AllocationInput',
  ]) {
    assert.equal(schemas[name].additionalProperties, false, name)
  }
  const { name, parameters } = schemas.FeatureFlagCreation.properties
  assert.deepEqual([name.minLength, name.maxLength], [3, 255])
  assert.deepEqual([parameters.minProperties, parameters.maxProperties], [1, 10])
  assert.equal(schemas.ExperimentCreation.properties.allocations.maxItems, 20)
  const { take } = Object.fromEntries(
    document.paths['/experimentation/segments'].get.parameters.map((parameter: { name: string }) => [
      parameter.name,
      parameter,
    ]),
  )
  assert.deepEqual(
    [take.schema.type, take.schema.minimum, take.schema.maximum, take.schema.default],
    ['integer', 1, 50, 25],
  )
})

test('a parameter is described by its value: type, limits, and the default as it is written', () => {
  const parametersOf = (path: string) =>
    Object.fromEntries(
      document.paths[path].get.parameters.map((parameter: { name: string }) => [parameter.name, parameter]),
    )
  const { page, per_page, include_totals } = parametersOf('/logs')
  assert.deepEqual(page.schema, {
    type: 'integer',
    minimum: 0,
    maximum: 999_999,
    default: 0,
    description: 'Number of the page, from 0.',
  })
  assert.equal(page.required, false)
  assert.equal(per_page.schema.maximum, 100)
  assert.deepEqual([include_totals.schema.type, include_totals.schema.default], ['boolean', false])
  assert.equal(parametersOf('/users/{id}/logs').sort.schema.default, 'date:-1')
  assert.equal(parametersOf('/users/{id}/logs').id.required, true)
  assert.equal(parametersOf('/users').sort.schema.default, 'created_at:1')
})

test('patterns are regular expressions without flags or delimiters', () => {
  const patterns = [...JSON.stringify(document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map(([, text = '']) =>
    JSON.parse(text),
  )
  assert.ok(patterns.length > 20)
  for (const pattern of patterns) assert.match(pattern, /^\^.*\$$/s, pattern)
  const { splunkDomain } = document.components.schemas.LogStreamCreation_splunk.properties.sink.properties
  assert.match('HEC.example.com', new RegExp(splunkDomain.pattern))
})

test('the type of a log stream leads to its schema', () => {
  const { discriminator } = document.components.schemas.LogStreamCreation
  assert.equal(discriminator.propertyName, 'type')
  assert.equal(discriminator.mapping.splunk, '#/components/schemas/LogStreamCreation_splunk')
})

test('two schemas cannot have one id', () => {
  const schemas = createComponentSchemas()
  schemas.of(z.object({ a: z.string() }).meta({ id: 'Twice' }), 'output')
  assert.throws(() => schemas.of(z.object({ b: z.string() }).meta({ id: 'Twice' }), 'output'), /the id Twice/)
})

test('a form is declared exactly where it can say as much as JSON, and taken nowhere else', () => {
  const declared = OPERATIONS.filter(({ method, path }) => {
    const content = document.paths[path][method].requestBody?.content ?? {}
    return 'application/x-www-form-urlencoded' in content
  })
  assert.deepEqual(declared.map(({ id }) => id).toSorted(), [
    'patch_authentication-methods_by_authentication_method_id',
    'update_experiment_status',
    'update_experimentation_settings',
    'update_feature_flag_status',
  ])
})

test('operations are unique by id and by method and path', () => {
  const keys = OPERATIONS.flatMap(({ id, method, path }) => [id, `${method} ${path}`])
  assert.equal(new Set(keys).size, keys.length)
})
