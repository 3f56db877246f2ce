// The API's own page: Swagger UI over our description; what it sends carries the page's token.
const home = document.getElementById("api-docs");

window.SwaggerUIBundle({
  url: home.dataset.schema,
  domNode: home,
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (request.method && request.method !== "GET") request.headers["X-CSRFToken"] = home.dataset.token;
    return request;
  },
});
