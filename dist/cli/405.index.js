export const id = 405;
export const ids = [405];
export const modules = {

/***/ 47405:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   sendSpans: () => (/* binding */ sendSpans)
/* harmony export */ });
/* harmony import */ var _opentelemetry_api__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(11802);
/* harmony import */ var _opentelemetry_api__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(8408);
/* harmony import */ var _opentelemetry_api__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(3428);
/* harmony import */ var _opentelemetry_api__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(91213);
/* harmony import */ var _opentelemetry_exporter_trace_otlp_http__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(81335);
/* harmony import */ var _opentelemetry_resources__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(19481);
/* harmony import */ var _opentelemetry_resources__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(21191);
/* harmony import */ var _opentelemetry_resources__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(49221);
/* harmony import */ var _opentelemetry_sdk_trace__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(44000);
/* harmony import */ var p_limit__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(70370);





/** Spans of a request: with our few attributes about a megabyte, well below what collectors take. */
const batchSize = 2048;
const requestsAtATime = 4;
const serviceName = 'mcp-workflow-action';
/**
 * Sends a tree of spans by OTLP over HTTP, as JSON.
 * @returns how many spans there were, and what went wrong in a few words of ours: null where nothing did
 */
async function sendSpans(root, settings, signal) {
    const spans = finishedSpans(root, settings);
    const exporter = new _opentelemetry_exporter_trace_otlp_http__WEBPACK_IMPORTED_MODULE_0__/* .OTLPTraceExporter */ .Q({ url: settings.url, timeoutMillis: settings.budgetMs });
    const limit = (0,p_limit__WEBPACK_IMPORTED_MODULE_1__/* ["default"] */ .A)(requestsAtATime);
    let failure = null;
    const sent = limit.map(batchesOf(spans), async (batch) => {
        if (failure === null && !signal.aborted)
            failure ??= await exportBatch(exporter, batch);
    });
    const late = new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve('late'), { once: true });
        if (signal.aborted)
            resolve('late');
    });
    const end = await Promise.race([sent, late]);
    // It waits for what is still under way, which its own timeout ends.
    void exporter.shutdown().catch(() => { });
    return { count: spans.length, failure: end === 'late' ? 'it took too long' : failure };
}
function finishedSpans(root, { parent, resource }) {
    const spans = [];
    const provider = new _opentelemetry_sdk_trace__WEBPACK_IMPORTED_MODULE_2__/* .TracerProvider */ .d({
        resource: (0,_opentelemetry_resources__WEBPACK_IMPORTED_MODULE_3__/* .resourceFromAttributes */ .QZ)({ 'service.name': serviceName, ...resource }).merge((0,_opentelemetry_resources__WEBPACK_IMPORTED_MODULE_4__/* .detectResources */ .$)({ detectors: [_opentelemetry_resources__WEBPACK_IMPORTED_MODULE_5__/* .envDetector */ .q] })),
        spanProcessors: [
            {
                onStart: () => { },
                onEnd: (span) => void spans.push(span),
                forceFlush: () => Promise.resolve(),
                shutdown: () => Promise.resolve(),
            },
        ],
    });
    const context = parent === null ? _opentelemetry_api__WEBPACK_IMPORTED_MODULE_6__/* .ROOT_CONTEXT */ .l : _opentelemetry_api__WEBPACK_IMPORTED_MODULE_7__/* .trace */ .u.setSpanContext(_opentelemetry_api__WEBPACK_IMPORTED_MODULE_6__/* .ROOT_CONTEXT */ .l, parent);
    record(provider.getTracer(serviceName), root, context);
    return spans;
}
function record(tracer, node, context) {
    const { name, attributes, failure } = node;
    const kind = node.kind === 'client' ? _opentelemetry_api__WEBPACK_IMPORTED_MODULE_8__/* .SpanKind */ .v.CLIENT : _opentelemetry_api__WEBPACK_IMPORTED_MODULE_8__/* .SpanKind */ .v.INTERNAL;
    const span = tracer.startSpan(name, { kind, attributes: { ...attributes }, startTime: new Date(node.startMs) }, context);
    if (failure !== null)
        span.setStatus({ code: _opentelemetry_api__WEBPACK_IMPORTED_MODULE_9__/* .SpanStatusCode */ .s.ERROR, message: failure });
    const inside = _opentelemetry_api__WEBPACK_IMPORTED_MODULE_7__/* .trace */ .u.setSpan(context, span);
    for (const child of node.children)
        record(tracer, child, inside);
    span.end(new Date(node.endMs));
}
function batchesOf(spans) {
    return Array.from({ length: Math.ceil(spans.length / batchSize) }, (_, at) => {
        return spans.slice(at * batchSize, (at + 1) * batchSize);
    });
}
function exportBatch(exporter, batch) {
    return new Promise((resolve) => {
        exporter.export(batch, ({ error }) => resolve(error === undefined ? null : reasonOf(error)));
    });
}
/** A status or a code of the system: what a receiver writes, and what we sent, are not repeated. */
function reasonOf(error) {
    const code = 'code' in error ? error.code : undefined;
    if (typeof code === 'number')
        return `it answered HTTP ${code}`;
    if (typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code))
        return code;
    return 'it could not be reached';
}


/***/ })

};
