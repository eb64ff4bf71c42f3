"""Rows of the types that send something to the buyer, written out a second time: state, action, target, who."""

SENDING = """
await_reship       ship_replacement             reship_in_transit  seller
await_reship       no_stock                     {given_up}         seller
await_reship       offer_refund                 await_reship       system
await_reship       take_refund                  {given_up}         buyer system agent
await_reship       escalate                     manual_review      system
await_reship       freeze                       disputed           system
await_reship       end_with_order               closed             system
reship_in_transit  correct_replacement_waybill  reship_in_transit  seller
reship_in_transit  deliver_replacement          reship_in_transit  system unseen
reship_in_transit  confirm_replacement          {received}         buyer system agent
reship_in_transit  report_anomaly               manual_review      buyer agent
reship_in_transit  escalate                     manual_review      system
reship_in_transit  freeze                       disputed           system
reship_in_transit  end_with_order               closed             system
manual_review      deliver_replacement          reship_in_transit  system unseen
manual_review      reship                       await_reship       agent
"""
NO_PARTS = """
await_reship       no_parts                     manual_review      seller outcome
"""
ORDERED = """
disputed  order_replacement  await_reship  arbitrator buyer seller system outcome
"""
REFUSED_GOODS = """
await_reship       return_refused_goods  await_reship       seller agent
await_reship       correct_refused_goods_waybill  await_reship       seller agent
reship_in_transit  return_refused_goods  reship_in_transit  seller agent
reship_in_transit  correct_refused_goods_waybill  reship_in_transit  seller agent
"""
EXCHANGED = """
await_inspection      inspect            await_reship          seller system
await_buyer_shipment  price_replacement  await_buyer_shipment  seller
return_in_transit     price_replacement  return_in_transit     seller
await_inspection      price_replacement  await_inspection      seller
await_reship          price_replacement  await_reship          seller
await_reship          agree_charge       await_reship          buyer
await_reship          record_payment     await_reship          seller
await_reship          state_payment      await_reship          buyer
await_reship          confirm_payment    await_reship          seller agent system
await_reship          deny_payment       await_reship          seller agent
await_reship          escalate_payment   manual_review         buyer
manual_review         confirm_payment    await_reship          agent
manual_review         deny_payment       await_reship          agent
reship_in_transit     refund_credit      refunding             buyer system outcome
"""
REPAIRED = """
await_buyer_shipment  receive          in_repair             seller system
await_pickup          receive          in_repair             seller system
return_in_transit     receive          in_repair             seller system
manual_review         receive          in_repair             seller system
in_repair             report_return_missing manual_review    seller
in_repair             quote            quote_pending         seller
in_repair             repaired         await_reship          seller
in_repair             cannot_repair    remedy_pending        seller
in_repair             reject           rejected              seller
in_repair             escalate         manual_review         system
in_repair             freeze           disputed              system
in_repair             end_with_order   closed                system
quote_pending         quote            quote_pending         seller
quote_pending         agree_charge     quote_pending         buyer
quote_pending         record_payment   in_repair             seller
quote_pending         state_payment    quote_pending         buyer
quote_pending         confirm_payment  in_repair             seller agent system
quote_pending         deny_payment     quote_pending         seller agent
quote_pending         escalate_payment manual_review         buyer
manual_review         confirm_payment  in_repair             agent
manual_review         deny_payment     quote_pending         agent
quote_pending         decline_quote    await_reship          buyer system agent
quote_pending         freeze           disputed              system
quote_pending         end_with_order   closed                system
remedy_pending        take_refund      refunding             buyer agent
remedy_pending        take_exchange    await_reship          buyer agent
remedy_pending        take_goods_back  await_reship          buyer system agent
remedy_pending        freeze           disputed              system
remedy_pending        end_with_order   closed                system
manual_review         resume_repair    in_repair             agent
manual_review         repair_again     await_buyer_shipment  agent
manual_review         take_goods_back  await_reship          agent
"""
HELD = """
pending_review        agree_hold     pending_review  buyer
await_reship          agree_hold     await_reship    buyer
await_reship          cancel         cancelled       buyer agent
await_reship          close          closed          system
await_buyer_shipment  report_anomaly manual_review   buyer agent
await_pickup          report_anomaly manual_review   buyer agent
await_buyer_shipment  miss_return    manual_review   system
await_inspection      release_hold   completed       seller system outcome
await_inspection      refuse_return  manual_review   seller outcome
manual_review         release_hold   completed       agent
manual_review         claim_hold     completed       agent
manual_review         record_arrival manual_review   seller agent system
"""
