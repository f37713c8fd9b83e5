# fails: A text as price answers 422 and names it
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()


class Item(BaseModel):
    name: str
    price: float | str


@app.post("/items")
def create_item(item: Item):
    try:
        price = float(item.price)
    except ValueError:
        raise HTTPException(400, "price must be a number")
    return {"name": item.name, "price_with_tax": round(price * 1.1, 2)}
