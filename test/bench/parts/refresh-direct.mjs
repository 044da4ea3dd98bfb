// A refresh without a broker: what the authorization server and the front need for one.
import http from 'node:http'

export class DirectClient {
  #agent = new http.Agent({ keepAlive: true })
  #origin
  #refreshToken

  /** @param {string} origin @param {string} refreshToken */
  constructor(origin, refreshToken) {
    this.#origin = origin
    this.#refreshToken = refreshToken
  }

  /** @returns {Promise<{ answered: number, milliseconds: number }>} */
  async refresh() {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'tokentray-practice',
      refresh_token: this.#refreshToken,
    })
    const start = performance.now()
    const { status, body } = await this.#post('/oauth/token', form.toString())
    const milliseconds = performance.now() - start
    if (status === 200) this.#refreshToken = JSON.parse(body).refresh_token
    return { answered: status === 200 ? 1 : 0, milliseconds }
  }

  #post(path, body) {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const request = http.request(this.#origin + path, { method: 'POST', headers, agent: this.#agent }, async (response) => {
        let text = ''
        for await (const chunk of response) text += chunk
        resolve({ status: response.statusCode, body: text })
      })
      request.on('error', reject)
      request.end(body)
    })
  }
}
