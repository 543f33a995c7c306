import assert from 'node:assert/strict'
import { test } from 'node:test'
import Bowser from 'bowser'
import { BROWSERS, createValueOf, OTHER, PLATFORMS } from '../../decision/snapshot/listed-values.ts'
import { requestAttributes, userAgentAttributes } from './request-attributes.ts'

/** `device type | browser | platform | header`, as browsers, televisions, crawlers and HTTP clients send it. */
const HEADERS = `
mobile | Safari | iOS | Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1
desktop | Edge | Windows | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36 Edg/146.0.0.0
mobile | Edge | Android | Mozilla/5.0 (Linux; Android 10; HD1913) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.7680.60 Mobile Safari/537.36 EdgA/146.0.3856.49
mobile | Edge | iOS | Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 EdgiOS/146.0.3856.49 Mobile/15E148 Safari/605.1.15
desktop | Edge | Windows | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763
mobile | Samsung Internet | Android | Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36
tablet | Silk | Android | Mozilla/5.0 (Linux; Android 11; KFTRWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/138.2.5 like Chrome/138.0.7204.169 Safari/537.36
tv | Silk | Android | Mozilla/5.0 (Linux; Android 9; AFTKA) AppleWebKit/537.36 (KHTML, like Gecko) Silk/138.2.5 like Chrome/138.0.7204.169 Safari/537.36
desktop | Chrome | Chrome OS | Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36
desktop | Firefox | Linux | Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0
desktop | Firefox | Other | Mozilla/5.0 (X11; FreeBSD amd64; rv:148.0) Gecko/20100101 Firefox/148.0
desktop | Firefox | Other | Mozilla/5.0 (X11; OpenBSD amd64; rv:148.0) Gecko/20100101 Firefox/148.0
desktop | Safari | macOS | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15
tablet | Chrome | iOS | Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/146.0.7680.40 Mobile/15E148 Safari/604.1
mobile | Chrome | Android | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Mobile Safari/537.36
tablet | Chrome | Android | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36
mobile | Firefox | Android | Mozilla/5.0 (Android 15; Mobile; rv:148.0) Gecko/148.0 Firefox/148.0
tv | Chrome | Android | Mozilla/5.0 (Linux; Android 12; BRAVIA 4K VH2 Build/STT2) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36
tv | WebOS Browser | WebOS | Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.5359.211 Safari/537.36 WebAppManager
tv | Tizen | Tizen | Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) 94.0.4606.31/7.0 TV Safari/537.36
desktop | Opera | Windows | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36 OPR/129.0.0.0
desktop | Internet Explorer | Windows | Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko
bot | Other | Other | Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)
bot | Other | Android | Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)
bot | Other | Other | Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/146.0.0.0 Safari/537.36
bot | Chrome | Linux | Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/146.0.0.0 Safari/537.36
bot | Other | Other | curl/8.5.0
bot | Other | Other | python-requests/2.32.3
bot | Other | Other | PostmanRuntime/7.43.0
bot | Other | Other | node
bot | Other | Other | okhttp/4.12.0
bot | Other | Other | Mozilla/5.0
Other | Safari | Other | Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15
mobile | Chrome | HarmonyOS | Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile
mobile | DuckDuckGo | iOS | Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1 Ddg/26.1
mobile | Google Search | iOS | Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/380.0 Mobile/15E148 Safari/604.1
mobile | Safari | iOS | Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148
mobile | Chrome | Android | Mozilla/5.0 (Linux; Android 14; SM-S918B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/146.0.0.0 Mobile Safari/537.36
mobile | Safari | iOS | Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/500.0]
mobile | Firefox | Other | Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5
tv | Roku | Roku | Roku/DVP-14.5 (14.5.0.4205-46)
tablet | Chrome | Android | Mozilla/5.0 (Linux; Android 14; Pixel Tablet) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36
`

const FACTS = { clientId: 'app', domain: 'localhost', ip: '8.8.8.8' }
const nowhere = () => ({})

for (const row of HEADERS.trim().split('\n')) {
  const [device_type, browser, platform, header = ''] = row.split(' | ')
  test(`device, browser and platform are read off ${header}`, () => {
    assert.deepEqual(userAgentAttributes(header), { device_type, browser, platform })
  })
}

test('each name that the parser has for a browser or a system is listed, those of crawlers apart', () => {
  const unlisted = Object.values(Bowser.BROWSER_MAP).filter(name => createValueOf(BROWSERS)(name) === OTHER)
  const CRAWLER = /bot|crawler|spider|^meta-|-user$|hit$|slurp$|^generic$/i
  assert.deepEqual(
    unlisted.filter(name => !CRAWLER.test(name)),
    [],
  )
  for (const name of Object.values(Bowser.OS_MAP)) assert.notEqual(createValueOf(PLATFORMS)(name), OTHER, name)
})

test('without a header nothing is told', () => {
  for (const header of [undefined, '']) assert.deepEqual(userAgentAttributes(header), {})
})

test('a senseless header names a browser and a platform that are Other', () => {
  for (const header of ['\u0000', 'x'.repeat(100_000), '((((((((', '__proto__', 'a/1 b']) {
    const { browser, platform } = userAgentAttributes(header)
    assert.deepEqual([browser, platform], [OTHER, OTHER], header.slice(0, 20))
  }
})

test('what is not known is absent, not empty', () => {
  assert.deepEqual(requestAttributes(FACTS, nowhere), { client_id: 'app', domain: 'localhost' })
})

test('a trusted header wins over the look-up of the address', () => {
  const geo = () => ({ country: 'US', region: 'US-CA' })
  assert.equal(requestAttributes(FACTS, geo).country, 'US')
  const told = requestAttributes({ ...FACTS, trustedCountry: 'DE' }, geo)
  assert.equal(told.country, 'DE')
  assert.equal(told.region, undefined, 'a region of another country is not mixed in')
})
