curl 'https://api.acme.example/v1/orders?page=2' \
  -H 'x-account: acme-1234' \
  -H 'x-time: 1755555555001' \
  -H 'x-nonce: 0b7c8d9e-0000-4000-8000-00000000aaaa' \
  -H 'x-signature: v1=9b6f7e87dbac318023b10a03f3df0ab48b75027b5e6c1e3e4fadb2ec8164dbbc12538d8182c889430787db7b08d97803f4cdced0e2b1e012e152722bebfb1427'
